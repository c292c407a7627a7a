"""Assignment (统筹指派): the managers of many pairs, chosen at once within everybody's capacity."""
