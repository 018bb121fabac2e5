"""Programs judged on a Ray cluster: an actor with jails of its own on every node, in place of a sandbox here.

The Judge goes on planning here, as it does before servers, so verdicts, rows, their order and columns are those of the
local engine. A program and its tests' digest go to the actor with the least to do; a problem's tests are sent to an
actor once. Not more programs are on their way than twice the slots there are. An actor or node that dies loses nothing:
its programs are given to another, and its problems are sent again.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from typing import Any

from code_pipeline.endpoint import Answer, RemoteError
from code_pipeline.remote import Servers
from ot_code.engines.place import Place
from ot_code.errors import MissingExtraError, OtCodeError

_NODE_S = 120.0  # for an actor to start, with its sandbox
_RESTARTS = 3  # of an actor whose process died, on its node


class RayPlaces(Servers):
    """The nodes of a cluster as one place to judge in. A context manager.

    address: of a cluster that runs; None: a cluster of this machine alone, which ends with this. jails: as keywords of
    Sandbox. jobs: programs that are with the nodes at once; None: two for each of their slots.
    Raises MissingExtraError without ray, OtCodeError where the cluster cannot be reached, RemoteError where no node
    can judge or two of them judge differently.
    """

    def __init__(self, address: str | None, *, jails: Mapping[str, Any], jobs: int | None = None) -> None:
        try:
            import ray  # noqa: PLC0415 - an extra, and slow to import
        except ImportError as error:
            raise MissingExtraError("--engine ray needs: pip install 'ot-code[ray]'") from error
        self._ray: Any = ray
        self._owns = not ray.is_initialized()
        if self._owns:
            try:
                ray.init(
                    address=address,
                    log_to_driver=False,
                    configure_logging=False,
                    include_dashboard=False if address is None else None,
                )
            except (ConnectionError, RuntimeError, ValueError, OSError) as error:
                raise OtCodeError(f"--ray-address {address}: no cluster can be used there ({error})") from error
        try:
            super().__init__(channels=self._channels(jails), jobs=jobs)
        except BaseException:
            self._shut()
            raise

    def _channels(self, jails: Mapping[str, Any]) -> list[ActorChannel]:
        channels = []
        for node in self._ray.nodes():
            slots = int(node.get("Resources", {}).get("CPU", 0))
            if node["Alive"] and slots:
                channels.append(ActorChannel(self._ray, node["NodeID"], slots, dict(jails)))
        if not channels:
            raise OtCodeError("the Ray cluster has no node with a CPU")
        return channels

    def close(self) -> None:
        """Ends the actors, and the cluster where it was made here."""
        super().close()
        self._shut()

    def _shut(self) -> None:
        if self._owns and self._ray.is_initialized():
            self._ray.shutdown()


class ActorChannel:
    """One node's actor, as Servers sees a server. Thread-safe."""

    def __init__(self, ray: Any, node: str, slots: int, jails: Mapping[str, Any]) -> None:
        self.url = f"ray node {node[:8]}"
        self._ray = ray
        strategy = ray.util.scheduling_strategies.NodeAffinitySchedulingStrategy(node_id=node, soft=False)
        actor = ray.remote(Place).options(
            num_cpus=0,  # the jails count their own slots; the actor must not wait for a CPU that they use
            max_concurrency=2 * slots + 2,
            max_restarts=_RESTARTS,
            scheduling_strategy=strategy,
        )
        self._actor = actor.remote(dict(jails), slots)

    def request(self, method: str, path: str, body: bytes | None = None, *, timeout_s: float) -> Answer:
        """As Endpoint.request. Raises RemoteError where the actor is not there, or does not answer in time."""
        try:
            status, content = self._ray.get(
                self._actor.request.remote(method, path, body), timeout=max(timeout_s, _NODE_S)
            )
        except self._ray.exceptions.RayError as error:
            raise RemoteError(f"{self.url}: {type(error).__name__}: {' '.join(str(error).split())[:300]}") from error
        return Answer(status, content)

    def close(self) -> None:
        """Ends the actor, and with it its jails."""
        with contextlib.suppress(self._ray.exceptions.RayError):
            self._ray.kill(self._actor)
