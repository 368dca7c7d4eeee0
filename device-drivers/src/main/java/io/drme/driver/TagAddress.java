package io.drme.driver;

/** How a driver gets at one tag; each driver has its own record. */
public interface TagAddress {}
