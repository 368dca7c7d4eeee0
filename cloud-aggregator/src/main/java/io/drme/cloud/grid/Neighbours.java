package io.drme.cloud.grid;

import com.hazelcast.map.IMap;
import com.hazelcast.topic.ITopic;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.function.Consumer;

/**
 * What members tell each other beside the grid: how they are, what changed for who looks at a page
 * elsewhere, that a command waits in the database. Nothing of it is needed for data to be right.
 * Safe for use from any thread.
 */
public final class Neighbours {
    /** A state that was not renewed for so long is of one who is gone. */
    static final Duration GONE_AFTER = Duration.ofSeconds(15);

    private final Member member;
    private final IMap<String, MemberState> states;
    private final ITopic<Changed> changes;
    private final ITopic<String> commands;
    private volatile boolean othersWatch;

    /**
     * Something that a member brought into the grid.
     *
     * @param from the member's address
     * @param tags which are newer; empty where an alarm changed
     * @param alarm the occurrence; empty where samples came
     */
    @SuppressWarnings("ArrayRecordComponent") // on the wire only, never compared
    public record Changed(String from, String gateway, String[] tags, String alarm) {}

    /** The neighbours of a member. */
    public Neighbours(Member member) {
        this.member = member;
        this.states = member.instance().getMap(MemberSettings.MEMBERS);
        this.changes = member.instance().getTopic("changes");
        this.commands = member.instance().getTopic("commands");
    }

    /**
     * Listens from now on; both are called on a thread of Hazelcast's and must not block.
     *
     * @param changed what another member brought in
     * @param command another member has put a command into the database
     */
    public void listen(Consumer<Changed> changed, Runnable command) {
        changes.addMessageListener(m -> {
            if (!m.getMessageObject().from().equals(member.address())) {
                changed.accept(m.getMessageObject());
            }
        });
        commands.addMessageListener(m -> {
            if (!m.getMessageObject().equals(member.address())) {
                command.run();
            }
        });
    }

    /** Whether somebody looks at a page of another member. */
    public boolean othersWatch() {
        return othersWatch;
    }

    /** Tells of newer samples. */
    public void samples(String gateway, List<String> tags) {
        changes.publish(new Changed(member.address(), gateway, tags.toArray(String[]::new), ""));
    }

    /** Tells of an alarm. */
    public void alarm(String gateway, String id) {
        changes.publish(new Changed(member.address(), gateway, new String[0], id));
    }

    /** Tells that a command waits in the database. */
    public void command() {
        commands.publish(member.address());
    }

    /** Says how this member is; to be called every second. */
    public void tell(MemberState state) {
        states.set(state.address(), state);
        othersWatch =
                states.values().stream()
                        .anyMatch(s ->
                                s.clients() > 0
                                        && !s.address().equals(state.address())
                                        && isFresh(s, state.toldNanos()));
    }

    private static boolean isFresh(MemberState state, long nowNanos) {
        return nowNanos - state.toldNanos() < GONE_AFTER.toNanos();
    }

    /** What members said last, also those who are gone, by address. */
    public List<MemberState> states() {
        return states.values().stream().sorted(Comparator.comparing(MemberState::address)).toList();
    }
}
