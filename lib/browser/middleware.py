"""What stands between the browser and Streamlit's server?"""

from starlette.middleware import Middleware

from lib.browser.early_parts import EarlyParts
from lib.browser.lost_sockets import LostSockets
from lib.browser.whole_runs import WholeRuns


def middleware() -> list[Middleware]:
    """Return the server's middleware, the outermost first."""
    return [Middleware(WholeRuns), Middleware(LostSockets), Middleware(EarlyParts)]
