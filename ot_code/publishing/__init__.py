"""What a dataset is published as: conversations by template, formats of trainers, shards, card, and the push."""
