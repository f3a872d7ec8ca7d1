"""How is this computer's disk touched? The app's own folders, how long what lies there stays, and locks."""
