"""What Shopify is asked for, in the Admin API's GraphQL schema (https://shopify.dev/docs/api/admin-graphql).

A bulk operation takes no connection inside a list, so what a fulfilment holds is a part of the hour's query alone.
"""

_MONEY = "{ presentmentMoney { amount currencyCode } }"
_LINE = f"""id name quantity currentQuantity product {{ id }} originalUnitPriceSet {_MONEY} taxLines {{ rate }}"""
_ADDRESS = "name firstName lastName company zip countryCodeV2 provinceCode province city address1 address2 phone"
_FULFILMENT = """id status createdAt updatedAt deliveredAt estimatedDeliveryAt location { id }
      trackingInfo(first: 20) { company number }"""
_ORDER = f"""id name email phone customerLocale createdAt processedAt updatedAt cancelledAt test sourceName tags note
    presentmentCurrencyCode taxesIncluded displayFinancialStatus displayFulfillmentStatus paymentGatewayNames
    customer {{ id firstName lastName }} customAttributes {{ key value }} retailLocation {{ id }}
    shippingAddress {{ {_ADDRESS} }}
    currentTotalPriceSet {_MONEY} totalPriceSet {_MONEY} currentTotalTaxSet {_MONEY}
    currentShippingPriceSet {_MONEY} totalShippingPriceSet {_MONEY}
    transactions(first: 50) {{ id kind status processedAt gateway amountSet {_MONEY} }}"""

HELD = "fulfillmentLineItems(first: 50) { nodes { quantity lineItem { id } } pageInfo { hasNextPage endCursor } }"
LINES = f"lineItems(first: 50) {{ nodes {{ {_LINE} }} pageInfo {{ hasNextPage endCursor }} }}"

PAGED = {
    "orders": f"""{_ORDER} {LINES}
    fulfillments(first: 50) {{ {_FULFILMENT} {HELD} }}
    paymentTerms {{ paymentSchedules(first: 10) {{ nodes {{ dueAt completedAt }} }} }}""",
    "customers": """id firstName lastName locale createdAt updatedAt tags
    defaultEmailAddress { emailAddress marketingState marketingUpdatedAt }
    defaultPhoneNumber { phoneNumber marketingState marketingUpdatedAt }
    defaultAddress { company zip countryCodeV2 provinceCode }
    birthday: metafield(namespace: "NAMESPACE", key: "KEY") { value }""",
    "products": """id title productType tags status updatedAt totalInventory tracksInventory
    onlineStoreUrl priceRangeV2 { minVariantPrice { amount } }
    featuredMedia { preview { image { url } } }""",
    "locations": "id address { zip countryCode provinceCode } shipsInventory",
}
"""Fields of one node, by what is asked for."""

BULK = PAGED | {
    "orders": f"{_ORDER} lineItems {{ edges {{ node {{ {_LINE} }} }} }} fulfillments(first: 50) {{ {_FULFILMENT} }}"
}

NESTED = {"Order": ("lineItems", LINES), "Fulfillment": ("fulfillmentLineItems", HELD)}
"""Kind of node -> its list that may go on for more than a page."""

RUN_BULK = """mutation ($query: String!) {
  bulkOperationRunQuery(query: $query) { bulkOperation { id } userErrors { message } }
}"""
BULK_STATE = """query ($id: ID!) {
  node(id: $id) { ... on BulkOperation { id status errorCode createdAt objectCount url } }
}"""
BULK_OPERATIONS = """query {
  bulkOperations(first: 20, sortKey: CREATED_AT, reverse: true) { nodes { id status createdAt query url } }
}"""
FULFILMENTS = f"query ($ids: [ID!]!) {{ nodes(ids: $ids) {{ ... on Fulfillment {{ id {HELD} }} }} }}"


def page_query(what: str, fields: str) -> str:
    """A page of nodes, those changed first first: a node that changes meanwhile comes again, none is left out."""
    sort = "" if what == "locations" else ", sortKey: UPDATED_AT"
    filtered = "$filter" if what != "locations" else ""
    declared = ", $filter: String" if filtered else ""
    by = f", query: {filtered}" if filtered else ""
    return f"""query ($first: Int!, $after: String{declared}) {{
  {what}(first: $first, after: $after{by}{sort}) {{
    nodes {{ {fields} }}
    pageInfo {{ hasNextPage endCursor }}
  }}
}}"""


def bulk_query(what: str, fields: str, searched: str) -> str:
    """All nodes at once. `searched`: a filter, or nothing."""
    by = f'(query: "{searched}")' if searched else ""
    return f"{{ {what}{by} {{ edges {{ node {{ {fields} }} }} }} }}"


def rest_query(kind: str) -> str:
    """What follows the first page of a nested list."""
    rest = NESTED[kind][1].replace("(first: 50)", "(first: 250, after: $after)", 1)
    return f"query ($id: ID!, $after: String) {{ node(id: $id) {{ ... on {kind} {{ {rest} }} }} }}"


def changed_between(since: str, until: str) -> str:
    """The search for what changed in (since, until], ISO 8601. https://shopify.dev/docs/api/usage/search-syntax"""
    return f"updated_at:>'{since}' updated_at:<='{until}'"
