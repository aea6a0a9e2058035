"""Shared views: what several due files and gates need, written once and made on both sides of recorded time."""

import hashlib

from sqlalchemy import Connection, text

from tasks.core.queries import query

FACTS = (
    "consent_now",
    "same_person",
    "refused_as_another",
    "person",
    "contactable",
    "marketing_consent",
    "problem_parcel",
    "open_problem",
    "item_facts",
    "order_facts",
    "parcel_facts",
    "awaited_order",
    "to_buyer",
    "counted_order",
    "customer_facts",
    "returned_code",
    "free_code",
)
"""sql/facts/<name>.sql in the order they build on each other."""


def version() -> str:
    """Content hash of all shared views."""
    return hashlib.sha256("\0".join(query(f"facts/{name}").source for name in FACTS).encode()).hexdigest()[:16]


def apply_facts(connection: Connection, namespace: str) -> None:
    """Make the views anew on both sides where their text changed. Call it under the migration lock."""
    wanted = version()
    comment = connection.scalar(
        text("select obj_description(to_regnamespace(:schema), 'pg_namespace')"), {"schema": namespace}
    )
    if comment == f"facts {wanted}":
        return
    for schema in (namespace, f"{namespace}_asof"):
        _apply(connection, schema)
    connection.execute(text(f"""comment on schema "{namespace}" is 'facts {wanted}'"""))
    connection.execute(text(f'set local search_path = "{namespace}"'))


def _apply(connection: Connection, schema: str) -> None:
    connection.execute(text(f'set local search_path = "{schema}"'))
    for name in reversed(FACTS):
        connection.execute(text(f'drop view if exists "{schema}".{name} cascade'))
    for name in FACTS:
        connection.execute(text(f'create view "{schema}".{name} as {query(f"facts/{name}").clause.text}'))
