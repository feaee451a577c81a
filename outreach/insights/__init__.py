"""The figures, each defined once: pages, jobs, scoring and exports read them here."""
