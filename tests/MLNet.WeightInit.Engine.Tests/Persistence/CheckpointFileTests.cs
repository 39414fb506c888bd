using System.Buffers.Binary;
using MLNet.WeightInit.Engine.Kernels;
using MLNet.WeightInit.Engine.Persistence;

namespace MLNet.WeightInit.Engine.Tests.Persistence;

[TestFixture]
internal sealed class CheckpointFileTests
{
    static readonly (string, string)[] s_fingerprint = [("features", "3"), ("initializer", "wavelet(π=3)")];

    TemporaryFolder _folder = null!;

    [SetUp]
    public void MakeFolder() => _folder = new TemporaryFolder();

    [TearDown]
    public void DeleteFolder() => _folder.Dispose();

    string File => _folder["training.checkpoint"];

    [Test]
    public void What_was_written_is_read_back_to_the_last_bit_and_in_any_order()
    {
        // 40,000 floats are more than a block; −0, NaN, ∞ and denormals are bits like others.
        float[] values = [.. Enumerable.Range(0, 40_000).Select(i => i * 0.1f), -0f, float.NaN, float.PositiveInfinity, float.Epsilon];
        CheckpointFile.Write(File, s_fingerprint, state =>
        {
            state.Floats("values", values);
            state.Series("series", [1, double.NegativeInfinity, 1e-300]);
            double number = Math.PI;
            state.Number("number", ref number);
            int count = int.MaxValue;
            state.Count("count", ref count);
        });

        var readValues = new float[values.Length];
        List<double> series = [5];
        double readNumber = 0;
        int readCount = 0;
        CheckpointFile.Read(File, reader =>
        {
            Assert.That(reader.Texts(), Is.EqualTo(s_fingerprint));
            reader.Count("count", ref readCount);
            reader.Number("number", ref readNumber);
            reader.Series("series", series);
            reader.Floats("values", readValues);
        });
        Assert.That(readValues.Select(BitConverter.SingleToInt32Bits), Is.EqualTo(values.Select(BitConverter.SingleToInt32Bits)));
        Assert.That(series, Is.EqualTo(new[] { 1, double.NegativeInfinity, 1e-300 }));
        Assert.That((readNumber, readCount), Is.EqualTo((Math.PI, int.MaxValue)));
    }

    [Test]
    public void The_checksum_is_crc_32c()
    {
        // RFC 3720, appendix B.4: 32 zeros, 32 ones, 0 … 31; and the usual check value.
        Assert.That(Checksum.Of(new byte[32]), Is.EqualTo(0x8A9136AA));
        Assert.That(Checksum.Of([.. Enumerable.Repeat((byte)0xFF, 32)]), Is.EqualTo(0x62A8AB43));
        Assert.That(Checksum.Of([.. Enumerable.Range(0, 32).Select(i => (byte)i)]), Is.EqualTo(0x46DD794E));
        Assert.That(Checksum.Of("123456789"u8), Is.EqualTo(0xE3069283));
    }

    [Test]
    public void The_checksum_does_not_depend_on_where_bytes_are_cut()
    {
        byte[] bytes = [.. Enumerable.Range(0, 40).Select(i => (byte)(i * 37))];
        for (int cut = 0; cut <= bytes.Length; cut++)
        {
            var checksum = new Checksum();
            checksum.Add(bytes.AsSpan(0, cut));
            checksum.Add(bytes.AsSpan(cut));
            Assert.That(checksum.Value, Is.EqualTo(Checksum.Of(bytes)));
        }
        float[] values = [1.5f, -2, 3e-5f];
        var floats = new Checksum();
        floats.Add(values);
        Assert.That(floats.Value, Is.EqualTo(Checksum.Of([.. values.SelectMany(BitConverter.GetBytes)])));
    }

    [Test]
    public void A_flipped_bit_anywhere_is_an_error_and_no_number_is_handed_out([Values(0, 7)] int bit)
    {
        byte[] bytes = WriteSmall();
        for (int i = 0; i < bytes.Length; i++)
        {
            byte[] damaged = [.. bytes];
            damaged[i] ^= (byte)(1 << bit);
            System.IO.File.WriteAllBytes(File, damaged);
            Assert.That(() => CheckpointFile.Read(File, _ => Assert.Fail($"byte {i} was not missed")), Throws.TypeOf<InvalidDataException>().With.Message.Contains(File), $"byte {i}");
        }
    }

    [Test]
    public void The_damaged_section_is_named()
    {
        byte[] bytes = WriteSmall();
        bytes[^25] ^= 1;                                       // before the end's 15 bytes and the last section's checksum
        System.IO.File.WriteAllBytes(File, bytes);
        Assert.That(() => CheckpointFile.Read(File, _ => { }), Throws.TypeOf<InvalidDataException>().With.Message.Contains("'history/loss'").And.Message.Contains("Delete it to start anew"));
    }

    [Test]
    public void Every_truncation_is_an_error()
    {
        byte[] bytes = WriteSmall();
        for (int length = 0; length < bytes.Length; length++)
        {
            System.IO.File.WriteAllBytes(File, bytes[..length]);
            Assert.That(() => CheckpointFile.Read(File, _ => { }), Throws.TypeOf<InvalidDataException>(), $"{length} bytes");
        }
        System.IO.File.WriteAllBytes(File, [.. bytes, 0]);
        Assert.That(() => CheckpointFile.Read(File, _ => { }), Throws.TypeOf<InvalidDataException>().With.Message.Contains("after its end"));
    }

    [Test]
    public void Another_version_is_named()
    {
        byte[] bytes = WriteSmall();
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(8), 9);
        System.IO.File.WriteAllBytes(File, bytes);
        Assert.That(() => CheckpointFile.CheckPlace(File), Throws.TypeOf<InvalidDataException>().With.Message.Contains("version 9").And.Message.Contains("version 1,"));
    }

    [Test]
    public void A_length_larger_than_the_file_is_an_error_before_it_is_allocated()
    {
        byte[] bytes = WriteSmall();
        int length = 12 + 1 + 2 + "features".Length;           // header, kind, name length, name
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(length), long.MaxValue);
        System.IO.File.WriteAllBytes(File, bytes);
        Assert.That(() => CheckpointFile.Read(File, _ => { }), Throws.TypeOf<InvalidDataException>().With.Message.Contains("'features' announces"));
    }

    [Test]
    public void Asking_for_what_is_not_there_or_of_another_size_is_an_error()
    {
        WriteSmall();
        CheckpointFile.Read(File, reader =>
        {
            Assert.That(() => reader.Floats("parameters", new float[4]), Throws.TypeOf<InvalidDataException>().With.Message.Contains("4").And.Message.Contains("3"));
            Assert.That(() => reader.Floats("history/loss", new float[4]), Throws.TypeOf<InvalidDataException>().With.Message.Contains("Doubles"));
            Assert.That(() => reader.Series("nothing", []), Throws.TypeOf<InvalidDataException>().With.Message.Contains("'nothing'"));
            int count = 0;
            Assert.That(() => reader.Count("fraction", ref count), Throws.TypeOf<InvalidDataException>().With.Message.Contains("0.5"));
        });
    }

    [Test]
    public void A_write_that_fails_halfway_leaves_the_file_before_it_and_nothing_else()
    {
        byte[] before = WriteSmall();
        Assert.That(() => CheckpointFile.Write(File, s_fingerprint, state =>
        {
            state.Floats("parameters", new float[100_000]);
            throw new IOException("No space left on device");
        }), Throws.TypeOf<IOException>().With.Message.Contains("No space left"));
        Assert.That(System.IO.File.ReadAllBytes(File), Is.EqualTo(before));
        Assert.That(_folder.Files, Is.EqualTo(new[] { "training.checkpoint" }));
    }

    [Test]
    public void A_rename_that_fails_leaves_nothing_behind()
    {
        Directory.CreateDirectory(File);
        System.IO.File.WriteAllText(Path.Combine(File, "something"), "that a rename must not replace");
        Assert.That(() => WriteSmall(), Throws.InstanceOf<IOException>().Or.InstanceOf<UnauthorizedAccessException>());
        Assert.That(_folder.Files, Is.Empty);
        Assert.That(Directory.GetFiles(File), Has.Length.EqualTo(1));
    }

    [Test]
    public void A_place_that_cannot_be_written_is_refused()
    {
        System.IO.File.WriteAllText(_folder["file"], "");
        foreach (string path in (string[])[_folder["missing/training.checkpoint"], _folder["file/training.checkpoint"]])
            Assert.That(() => CheckpointFile.CheckPlace(path), Throws.TypeOf<IOException>().With.Message.Contains($"'{path}'").And.Message.Contains("Create the folder"), path);
        Assert.That(() => CheckpointFile.CheckPlace(_folder[""]), Throws.TypeOf<IOException>().With.Message.Contains($"'{_folder[""]}' is a folder. Name a file in it."));
        CheckpointFile.CheckPlace(File);
        Assert.That(_folder.Files, Is.EqualTo(new[] { "file" }), "the check leaves nothing behind");
    }

    byte[] WriteSmall()
    {
        CheckpointFile.Write(File, s_fingerprint, state =>
        {
            state.Floats("parameters", [1f, 2, 3]);
            double fraction = 0.5;
            state.Number("fraction", ref fraction);
            state.Series("history/loss", [1, 2]);
        });
        return System.IO.File.ReadAllBytes(File);
    }
}
