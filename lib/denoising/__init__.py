"""How is what is not brain taken out? The steps, their order and their meaning."""
