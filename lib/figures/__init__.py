"""How does it look? Arrays in, a Plotly figure out, and the changes that the browser makes to it."""
