"""alerts → channels"""
