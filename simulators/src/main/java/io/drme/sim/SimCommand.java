package io.drme.sim;

import java.util.concurrent.Callable;

/**
 * A command of {@code drme-sim} that stands in a package of its own: a class with picocli's
 * annotations and a public constructor without arguments. Found by {@link java.util.ServiceLoader},
 * so that this package need not know its users.
 */
public interface SimCommand extends Callable<Integer> {}
