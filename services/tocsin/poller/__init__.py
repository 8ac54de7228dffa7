"""feeds → articles"""
