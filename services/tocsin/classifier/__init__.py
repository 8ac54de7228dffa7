"""articles → signals"""
