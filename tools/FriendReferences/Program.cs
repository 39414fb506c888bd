// Writes compile-time copies of assemblies that name one more friend.
// usage: FriendReferences <friend assembly> <destination folder> <assembly>...
if (args.Length < 3)
{
    Console.Error.WriteLine("usage: FriendReferences <friend assembly> <destination folder> <assembly>...");
    return 1;
}
try
{
    foreach (string assembly in args[2..])
        FriendReferences.FriendCopy.Write(assembly, friend: args[0], destinationFolder: args[1]);
    return 0;
}
catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or BadImageFormatException or InvalidOperationException)
{
    Console.Error.WriteLine($"FriendReferences : error FR0001: {exception.Message}");
    return 1;
}
