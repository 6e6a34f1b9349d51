"""What sending costs: counted from what Meta told, priced by the tenant's own rate card."""
