package io.drme.cloud.grid;

/** An alarm that is not normal, as far as overviews need it. */
public record OpenAlarm(String gateway, String id, String state, String priority) {}
