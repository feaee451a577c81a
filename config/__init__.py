"""What a district may tune: typed settings from the environment, and the shipped defaults beside them."""
