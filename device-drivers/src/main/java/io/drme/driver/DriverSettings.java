package io.drme.driver;

/** What a driver needs beyond URL and time limit; each driver has its own record. */
public interface DriverSettings {}
