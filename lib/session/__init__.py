"""What has this visitor chosen, and where do they look? Streamlit."""
