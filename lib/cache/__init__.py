"""What is kept, for whom, how much? One module an owner, the only users of Streamlit's caches."""
