"""What happens under the hand, without a rerun? The chart component, its scripts, tickets and routes."""
