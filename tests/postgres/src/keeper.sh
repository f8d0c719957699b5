# keeper.sh FOLDER PROGRAM…: runs the server, and is told by lines what to do with it: `start`, or the
# name of a signal that ends it. When nobody is there any more to tell it (the test program has ended, in
# whatever way), the server ends at once and its folder goes.
folder=$1
shift
pid=
while read -r word; do
    case $word in
        start)
            "$@" </dev/null >>"$folder/log" 2>&1 &
            pid=$!
            ;;
        *)
            kill -s "$word" "$pid"
            wait "$pid"
            pid=
            ;;
    esac
    echo done
done
if [ -n "$pid" ]; then
    # A server that has just begun does not hear the first: a shell starts what is in its background deaf
    # to it.
    kill -s QUIT "$pid"
    { sleep 1; kill -s KILL "$pid"; } 2>/dev/null &
    wait "$pid"
fi
rm -rf "$folder"
