// Nothing to call: being linked is all that this module is for. See width.c.
