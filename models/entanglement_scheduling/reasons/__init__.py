"""Why a demand was rejected, or why there is no schedule, in the user's fields."""
