"""The web application and its server, around the doors that speak HTTP."""
