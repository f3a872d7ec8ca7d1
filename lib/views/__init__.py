"""What stands on the screen? One folder a page, and what pages share. Streamlit."""
