using MLNet.WeightInit.Engine.Training.Checkpoints;

namespace MLNet.WeightInit.Engine.Persistence;

/// <summary>A checkpoint on disk: replaced as a whole or not at all.</summary>
internal static class CheckpointFile
{
    /// <summary>Fails where no checkpoint can be written, or one that can't be read lies there: before rows are read and hours spent.</summary>
    /// <exception cref="IOException">The folder doesn't exist or can't be written, or the path is a folder.</exception>
    /// <exception cref="InvalidDataException">What lies there is no whole checkpoint.</exception>
    public static void CheckPlace(string path)
    {
        if (Directory.Exists(path))
            throw new IOException($"CheckpointPath must be a file in a folder that exists and can be written, and '{path}' is a folder. Name a file in it.");
        string temporary = Temporary(path);
        try
        {
            using (Create(temporary))
            {
            }
            File.Delete(temporary);
        }
        catch (Exception exception) when (IsOfFiles(exception))
        {
            throw new IOException($"CheckpointPath must be a file in a folder that exists and can be written, and '{path}' is not: {exception.Message} Create the folder, or choose another one.", exception);
        }
        if (File.Exists(path))
            Read(path, _ => { });
    }

    /// <summary>Writes beside the file, waits until the disk has it, and takes the file's place: whatever fails, the checkpoint before stays whole.</summary>
    public static void Write(string path, IEnumerable<(string Name, string Value)> fingerprint, Action<StateExchange> exchange)
    {
        string temporary = Temporary(path);
        try
        {
            using (FileStream stream = Create(temporary))
            {
                var writer = new CheckpointWriter(stream);
                foreach ((string name, string value) in fingerprint)
                    writer.Text(name, value);
                exchange(writer);
                writer.Complete();
                stream.Flush(flushToDisk: true);
            }
            File.Move(temporary, path, overwrite: true);
        }
        catch
        {
            Discard(temporary);
            throw;
        }
    }

    /// <exception cref="InvalidDataException">Not a whole checkpoint.</exception>
    public static void Read(string path, Action<CheckpointReader> use)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        try
        {
            use(new CheckpointReader(stream));
        }
        catch (InvalidDataException exception)
        {
            throw new InvalidDataException($"The checkpoint '{path}' can't be used. {exception.Message} Delete it to start anew, or put a copy in its place.", exception);
        }
    }

    /// <summary>What the file system answers with where a path can't be used.</summary>
    public static bool IsOfFiles(Exception exception) => exception is IOException or UnauthorizedAccessException;

    /// <summary>In the same folder, since only within one file system a rename is atomic.</summary>
    static string Temporary(string path) => path + ".new";

    static FileStream Create(string temporary) => new(temporary, FileMode.Create, FileAccess.Write, FileShare.None, CheckpointWriter.BlockLength);

    static void Discard(string temporary)
    {
        try
        {
            File.Delete(temporary);
        }
        catch (Exception exception) when (IsOfFiles(exception))
        {
            // What made the write fail may hold this file too; the error to report is the first one.
        }
    }
}
