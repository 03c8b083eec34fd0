"""What networks of performances score, beside what counting scores, and how their music differs from real music."""
