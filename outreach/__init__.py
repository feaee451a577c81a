"""Outreach: every contact between families and school, who began it, whether it helped, and who should hear next."""
