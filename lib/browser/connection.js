// Runs the page again when its connection to the server was lost and is there again: see connection.py.
// One watcher for as long as the page is open, even where a run that was cut off has left nothing on it.

const isConnected = () => document.querySelector("[data-testid=stApp]")?.dataset.testConnectionState === "CONNECTED";

const SETTLING = 10000; // ms after a connection was found again in which what is odd comes from its loss
const PAUSE = 500; // ms until a page is looked at after a run of it
const MOST_RUNS = 5;

// Streamlit's key for another run: it sends what all controls show, and does nothing where a run is under way.
function runAgain() {
  const key = { key: "r", code: "KeyR", keyCode: 82, which: 82, bubbles: true };
  document.dispatchEvent(new KeyboardEvent("keydown", key));
  document.dispatchEvent(new KeyboardEvent("keyup", key));
}

const isRunning = () => document.querySelector("[data-testid=stApp]")?.dataset.testScriptState !== "notRunning";
const isEmpty = () => !document.querySelector("[data-testid=stMain] [data-testid=stElementContainer]");

function watch() {
  let wasConnected = isConnected();
  let [backAt, runs, isTorn] = [-SETTLING, 0, false];
  // What was left of a run that was cut off may come before the next run, and tear that: then there is one more.
  const repair = () => {
    if (!isConnected() || runs >= MOST_RUNS) return;
    if (isRunning()) setTimeout(repair, PAUSE);
    else if (isTorn || isEmpty()) run();
  };
  const run = () => {
    isTorn = false;
    runs += 1;
    runAgain();
    setTimeout(repair, PAUSE);
  };
  const look = () => {
    const isBack = isConnected() && !wasConnected;
    wasConnected = isConnected();
    if (!isBack) return;
    backAt = performance.now();
    runs = 0;
    run();
  };
  const hear = (problem) => {
    const words = String(problem.reason ?? problem.error ?? problem.message);
    if (performance.now() - backAt < SETTLING && words.includes("delta path")) isTorn = true;
  };
  addEventListener("error", hear);
  addEventListener("unhandledrejection", hear);
  const watched = { subtree: true, attributes: true, attributeFilter: ["data-test-connection-state"] };
  new MutationObserver(look).observe(document.body, watched);
}

export default function () {
  if (window.voxelExplorerWatches) return;
  window.voxelExplorerWatches = true;
  watch();
}
