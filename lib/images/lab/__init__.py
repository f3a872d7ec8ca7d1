"""What would this image look like edited, resampled, or stored in another order?"""
