"""A home that can be talked to: lights and what carries commands out, replies, schedule, HTTP."""
