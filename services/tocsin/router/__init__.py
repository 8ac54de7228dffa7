"""signals → alerts"""
