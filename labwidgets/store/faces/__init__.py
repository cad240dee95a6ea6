"""The methods of the store, one module a subject; ``Store`` joins them."""
