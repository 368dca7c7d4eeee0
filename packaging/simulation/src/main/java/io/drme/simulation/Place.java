package io.drme.simulation;

import io.drme.model.EpochId;

/** A number under which samples were framed, in the stream of data. */
record Place(EpochId epoch, long sequence) {}
