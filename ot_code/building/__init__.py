"""From a recipe to one dataset: sources as standard rows, then stage after stage, each kept until it changes."""
