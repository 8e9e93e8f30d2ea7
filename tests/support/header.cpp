// Nothing: the build needs one source to make the precompiled header of Catch2 from.
