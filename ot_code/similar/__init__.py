"""Which of many texts are nearly the same: pairs with a high fuzzy ratio, found without comparing all of them."""
