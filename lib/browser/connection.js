// Runs the page again when its connection to the server was lost and is there again: see connection.py.
// One watcher for as long as the page is open, even where a run that was cut off has left nothing on it.

const isConnected = () => document.querySelector("[data-testid=stApp]")?.dataset.testConnectionState === "CONNECTED";

// Streamlit's key for another run: it sends what all controls show, and does nothing where a run is under way.
function runAgain() {
  const key = { key: "r", code: "KeyR", keyCode: 82, which: 82, bubbles: true };
  document.dispatchEvent(new KeyboardEvent("keydown", key));
  document.dispatchEvent(new KeyboardEvent("keyup", key));
}

function watch() {
  let wasConnected = isConnected();
  const look = () => {
    const isBack = isConnected() && !wasConnected;
    wasConnected = isConnected();
    if (isBack) {
      window.voxelExplorerAddress = location.href;
      runAgain();
    }
  };
  const watched = { subtree: true, attributes: true, attributeFilter: ["data-test-connection-state"] };
  new MutationObserver(look).observe(document.body, watched);
}

// Another session is behind the page than when it was opened: the server was started again, or the connection was away
// for too long. It begins with the address as Streamlit knew it, which lags behind the cursor; the real one reproduces
// the view, with the scripts of the server that is there now.
function openAnew() {
  location.replace(window.voxelExplorerAddress);
}

export default function ({ data }) {
  if (window.voxelExplorerSession) {
    if (window.voxelExplorerSession !== data.session && window.voxelExplorerAddress) openAnew();
    return;
  }
  window.voxelExplorerSession = data.session;
  watch();
}
