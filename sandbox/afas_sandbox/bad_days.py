"""The part of the handle that makes AFAS misbehave: faults to order, limits, slowness."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from afas_sandbox.errors import EMPTY_STATUSES, Answer, Fault, as_json, empty, maintenance, saying
from afas_sandbox.faults import Misbehaviour
from afas_sandbox.latency import Latency
from afas_sandbox.request_log import RecordedRequest
from afas_sandbox.service import Service


class BadDays:
    """What a `Sandbox` can be told to do to those who ask."""

    service: Service

    def answer_once(
        self,
        status: int | None = None,
        *,
        body: bytes | str | Mapping[str, Any] | None = None,
        message: str | None = None,
        fault: Fault | str | None = None,
        headers: Mapping[str, str] | None = None,
        retry_after: int | None = None,
        on: str | None = None,
        where: Callable[[RecordedRequest], bool] | None = None,
        nth: int = 1,
        times: int = 1,
        cut: bool = False,
        reset: bool = False,
        delay: float = 0.0,
    ) -> None:
        """Answer the n-th matching request from now in this way, and so many after it.

        `on` is a path without /ProfitRestServices (`/metainfo`, `/connectors/Profit_Debtor`, `/connectors` for all
        rows), `where` a condition on the request. `status` alone gives what AFAS sends with it; `message` is the
        externalMessage of a 500, `fault` one of AFAS's own by name (`OUT_OF_MEMORY`). Without a status the real answer
        is given, `cut` in half or after a `delay` in seconds; `reset` gives none at all.
        """
        if isinstance(fault, str):
            fault = Fault[fault]
        wanted = status is not None or body is not None or message is not None or fault is not None
        answer = self._made_up(status or (200 if body is not None else 500), body, message, fault, retry_after)
        answer = Answer(answer.status, answer.body, {**answer.headers, **(headers or {})})
        self.service.faults.order(
            Misbehaviour(answer if wanted else None, on, nth, times, cut=cut, reset=reset, delay=delay, where=where)
        )

    def forget_faults(self) -> None:
        """Take back all that was ordered by `answer_once` and has not happened."""
        self.service.faults.clear()

    def unlike(self, *switches: str) -> None:
        """Be unlike the reference in these ways, beside those that are on; `afas-sandbox unlike` lists them."""
        self.service.unlike.switch_on(*switches)

    def like_the_reference(self) -> None:
        """Be as the reference says again."""
        self.service.unlike.switch_off()

    def _made_up(
        self, status: int, body: Any, message: str | None, fault: Fault | None, retry_after: int | None
    ) -> Answer:
        retry = {} if retry_after is None else {"Retry-After": str(retry_after)}
        if body is not None:
            raw = body.encode() if isinstance(body, str) else body if isinstance(body, bytes) else as_json(body)
            kind = "text/html; charset=utf-8" if raw.lstrip().startswith(b"<") else "application/json; charset=utf-8"
            return Answer(status, raw, {"Content-Type": kind, **retry})
        if status == 503:
            return maintenance(7200 if retry_after is None else retry_after)
        if status in EMPTY_STATUSES or status < 500:
            return empty(status)
        fault = fault or Fault.UNEXPECTED
        answer = saying(message or fault.message.nl.format("X"), fault.number, self.service.log_reference())
        return Answer(status, answer.body, {**answer.headers, **retry})

    @property
    def latency(self) -> Latency:
        """How long answers take."""
        return self.service.conditions.latency

    @latency.setter
    def latency(self, value: Latency) -> None:
        self.service.conditions.latency = value

    @property
    def at_most(self) -> int | None:
        """Requests at a time before a row lock is the answer; None is any number."""
        return self.service.conditions.at_most

    @at_most.setter
    def at_most(self, value: int | None) -> None:
        self.service.conditions.at_most = value

    @property
    def maintenance(self) -> int | None:
        """Seconds that every request is told to wait, by a 503; None is no maintenance."""
        return self.service.conditions.maintenance

    @maintenance.setter
    def maintenance(self, value: int | None) -> None:
        self.service.conditions.maintenance = value

    @property
    def cell_budget(self) -> int:
        """Rows times fields in an answer before memory runs out."""
        return self.service.conditions.cell_budget

    @cell_budget.setter
    def cell_budget(self, value: int) -> None:
        self.service.conditions.cell_budget = value

    @property
    def largest_answer(self) -> int:
        """Bytes in an answer before it is too large (413)."""
        return self.service.conditions.largest_answer

    @largest_answer.setter
    def largest_answer(self, value: int) -> None:
        self.service.conditions.largest_answer = value

    @property
    def command_timeout(self) -> float:
        """Seconds by the latency model before AFAS gives up; it says so at once, without the wait."""
        return self.service.conditions.command_timeout

    @command_timeout.setter
    def command_timeout(self, value: float) -> None:
        self.service.conditions.command_timeout = value

    @property
    def trailing_zeros(self) -> bool:
        """Whether a decimal shows as many decimals as metainfo says, zeros and all."""
        return self.service.conditions.style.trailing_zeros

    @trailing_zeros.setter
    def trailing_zeros(self, value: bool) -> None:
        self.service.conditions.style = replace(self.service.conditions.style, trailing_zeros=value)

    @property
    def profit_6(self) -> bool:
        """Whether numbers and pages are written as Profit 6 wrote them: `-.5`, and a page on several lines."""
        return self.service.conditions.style.profit_6

    @profit_6.setter
    def profit_6(self, value: bool) -> None:
        self.service.conditions.style = replace(self.service.conditions.style, profit_6=value)
