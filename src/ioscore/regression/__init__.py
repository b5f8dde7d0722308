"""Whether efforts show in seizures: models, and how sure each says it is."""
