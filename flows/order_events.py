"""The Prefect event that starts the express lane: oms.order.placed, of the resource todoke.shop.<TODOKE_SHOP>."""

from contextlib import nullcontext

from prefect.client.orchestration import get_client
from prefect.events import Event, Resource

from flows import local_prefect
from tasks.core.settings import Settings

PLACED = "oms.order.placed"


def tell(settings: Settings) -> None:
    """Tell the Prefect server that an order was placed: the one of this home where it runs, else PREFECT_API_URL's.

    Raises what Prefect's client raises where no server answers. It says nothing of the order: Prefect keeps events.
    """
    event = Event(event=PLACED, resource=Resource({"prefect.resource.id": f"todoke.shop.{settings.shop}"}), related=[])
    is_local = local_prefect.server_address(settings.home) is not None
    with local_prefect.connected(settings) if is_local else nullcontext(), get_client(sync_client=True) as client:
        client.request("POST", "/events", json=[event.model_dump(mode="json")])
