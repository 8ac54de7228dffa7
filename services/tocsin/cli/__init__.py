"""The tocsin command: thin commands, a file per noun."""
