"""Pages of Sparks: reading, acting, composing, moderating."""
