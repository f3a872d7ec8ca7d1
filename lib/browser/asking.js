// What is asked of the server: again while it cannot be reached, and for a new address where one has ended.

const FIRST_PAUSE = 500; // ms until a server that cannot be reached is asked again
const LONGEST_PAUSE = 8000; // ms: the pauses grow up to here, since a restart takes some seconds
const MOST_RENEWED = 8; // addresses of a chart that may end one after another, with no answer in between
const UNREACHABLE = "The server cannot be reached. Trying again.";

const ENDED = "The address of this picture has ended. Reload the page.";
const RENEW_AGAIN = 2000; // ms until a new address is asked for again
const MOST_REQUESTS = 5;

class Unreachable extends Error {}
class Expired extends Error {}

// Try until the server is reached, or nobody wants it any more. Meanwhile that is told.
async function persist(attempt, isWanted, tell) {
  for (let pause = FIRST_PAUSE; ; pause = Math.min(2 * pause, LONGEST_PAUSE)) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof Unreachable) || !isWanted()) throw error;
      tell(error.message);
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }
}

// Ask once. A connection may be lost before an answer and within it; a proxy says so for a server that is starting.
async function ask(address, read) {
  let [answer, content] = [null, null];
  try {
    answer = await fetch(address);
    content = await (answer.ok ? read(answer) : answer.text());
  } catch {
    throw new Unreachable(UNREACHABLE);
  }
  if (answer.ok) return content;
  if ([502, 503, 504].includes(answer.status)) throw new Unreachable(UNREACHABLE);
  throw answer.status === 404 ? new Expired(content) : new Error(content);
}

// Let Python name a new address in place of one that has ended, once each; return whether it was asked to. Not for ever:
// where no address gives an answer, the next one would not either.
function renew(chart, address) {
  page.renewed ??= new Set();
  chart.nRenewed = (chart.nRenewed ?? 0) + 1;
  if (page.renewed.has(address) || chart.nRenewed > MOST_RENEWED) return false;
  page.renewed.add(address);
  // A run that is asked for while another one is under way may not hear of why.
  const request = (nLeft) => {
    const isNamed = page.charts.has(chart) && JSON.stringify(chart.data).includes(address);
    if (!isNamed) return;
    if (!nLeft) return say(chart, ENDED);
    chart.trigger("renew", address);
    setTimeout(() => request(nLeft - 1), RENEW_AGAIN);
  };
  request(MOST_REQUESTS);
  return true;
}
