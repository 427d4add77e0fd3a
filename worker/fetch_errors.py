"""What can go wrong with a fetch: one tree of errors, each with the stable reason that is stored and counted.

FetchError                  reason              weight  host trouble
 |- BadUrl                  bad_url             1
 |- PrivateAddress          private_address     1
 |- Unreachable
 |   |- DnsFailed           dns                 0.25    yes
 |   |- ConnectFailed       connect             0.25    yes
 |   |- ConnectTimedOut     connect_timeout     0.25    yes
 |   |- TlsFailed           tls                 0.5     yes
 |   |- ProxyFailed         proxy               0.25    yes
 |   '- RobotsUnreachable   robots_unreachable  0.25    yes
 |- Interrupted
 |   |- TimedOut            timed_out           0.5
 |   |- ConnectionLost      reset               0.25
 |   |- Truncated           truncated           0.25
 |   '- Stopped             stopped             0
 |- BadStatus
 |   |- NotFound            not_found           1
 |   |- Gone                gone                1
 |   |- Forbidden           forbidden           1
 |   |- OtherClientError    http_4xx            1
 |   |- ServerError         server_error        0.5
 |   |- RateLimited         rate_limited        0.25    yes
 |   |- Unavailable         unavailable         0.25    yes
 |   '- Blocked             blocked             0.5     yes
 |- BadAnswer               bad_answer          0.5
 |   |- BadEncoding         bad_encoding        0.5
 |   |- TooLarge            too_large           1
 |   |- Empty               empty               0.5
 |   '- NotText             not_text            1
 |- BadRedirect             bad_redirect        1
 |- TooManyRedirects        too_many_redirects  1
 '- Redirected              redirected          0
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from worker.fetch import Fetched

HARD, SOFT, TEMPORARY, NONE = 1.0, 0.5, 0.25, 0.0  # what one failure adds to the back-off


class FetchError(Exception):
    """The fetch brought no usable page. `reason` is stored and counted: add reasons, never rename one.

    `status` is that of the answer, if there was one; `fetched` holds what was read of it (at most its first 64 KiB
    when the status is an error); `retry_after` is what the server asked for; `elapsed_ms` the time to the head of the
    answer, or else to the failure.
    """

    reason: ClassVar[str]
    weight: ClassVar[float] = HARD
    host_trouble: ClassVar[bool] = False  # the whole host is concerned, not only this address

    def __init__(
        self,
        message: str,
        *,
        status: int | None = None,
        retry_after: timedelta | None = None,
        fetched: Fetched | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.retry_after = retry_after
        self.fetched = fetched
        self.elapsed_ms: float | None = None


class BadUrl(FetchError):
    """The address cannot be asked for: no http or https, no host, or not an address at all."""

    reason = "bad_url"


class PrivateAddress(FetchError):
    """The host is, or resolves to, an address that is not public."""

    reason = "private_address"


class Unreachable(FetchError):
    """No request could be sent."""

    weight, host_trouble = TEMPORARY, True


class DnsFailed(Unreachable):
    """The host's name has no address, or the resolver did not answer."""

    reason = "dns"


class ConnectFailed(Unreachable):
    """The host refused the connection or no route leads there."""

    reason = "connect"


class ConnectTimedOut(Unreachable):
    """The connection was not made within the connect limit, its TLS handshake included."""

    reason = "connect_timeout"


class TlsFailed(Unreachable):
    """The TLS handshake failed: a certificate that does not hold, or no protocol in common."""

    reason, weight = "tls", SOFT


class ProxyFailed(Unreachable):
    """The operator's proxy could not be reached or refused."""

    reason = "proxy"


class RobotsUnreachable(Unreachable):
    """What the host allows cannot be known: then it allows nothing (RFC 9309, 2.3.1.4)."""

    reason = "robots_unreachable"


class Interrupted(FetchError):
    """A request was under way when it ended."""

    weight = TEMPORARY


class TimedOut(Interrupted):
    """No complete answer within the read or the total limit."""

    reason, weight = "timed_out", SOFT


class ConnectionLost(Interrupted):
    """The connection was closed or reset before the answer."""

    reason = "reset"


class Truncated(Interrupted):
    """The body ended before its announced end."""

    reason = "truncated"


class Stopped(Interrupted):
    """The service is stopping: nothing was asked of the host."""

    reason, weight = "stopped", NONE


class BadStatus(FetchError):
    """The server answered with an error."""


class NotFound(BadStatus):
    """404."""

    reason = "not_found"


class Gone(BadStatus):
    """410."""

    reason = "gone"


class Forbidden(BadStatus):
    """401, 402 or 403, without the marks of a bot wall."""

    reason = "forbidden"


class OtherClientError(BadStatus):
    """Any other 4xx."""

    reason = "http_4xx"


class ServerError(BadStatus):
    """Any 5xx but 503."""

    reason, weight = "server_error", SOFT


class RateLimited(BadStatus):
    """429."""

    reason, weight, host_trouble = "rate_limited", TEMPORARY, True


class Unavailable(BadStatus):
    """503."""

    reason, weight, host_trouble = "unavailable", TEMPORARY, True


class Blocked(BadStatus):
    """A bot wall or its challenge page, whatever its status; the message names whose."""

    reason, weight, host_trouble = "blocked", SOFT, True


class BadAnswer(FetchError):
    """The answer breaks HTTP, or has a status that makes no sense here."""

    reason, weight = "bad_answer", SOFT


class BadEncoding(BadAnswer):
    """The body has an encoding that was not asked for, or is not what its encoding says."""

    reason = "bad_encoding"


class TooLarge(BadAnswer):
    """The body is, or announces, more bytes than the limit."""

    reason, weight = "too_large", HARD


class Empty(BadAnswer):
    """The answer is a success without a body."""

    reason = "empty"


class NotText(BadAnswer):
    """The body is a PDF, an image, a video or other binary data."""

    reason, weight = "not_text", HARD


class BadRedirect(FetchError):
    """A redirect without a target, or to something that is no web address."""

    reason = "bad_redirect"


class TooManyRedirects(FetchError):
    """The redirects form a loop, or there are more than the limit."""

    reason = "too_many_redirects"


class Redirected(FetchError):
    """The page lives at another host: `target` is its address, to be fetched in a visit to that host."""

    reason, weight = "redirected", NONE

    def __init__(self, target: str, *, permanent: bool, status: int | None = None) -> None:
        super().__init__(f"redirects to {target}", status=status)
        self.target = target
        self.permanent = permanent  # every redirect on the way was a 301 or 308
