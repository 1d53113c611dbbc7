"""Values, states and pure decisions; nothing here touches a database, a network or a clock."""
