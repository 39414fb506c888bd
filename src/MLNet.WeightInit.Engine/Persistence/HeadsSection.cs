using System.Globalization;
using MLNet.WeightInit.Engine.Data;

namespace MLNet.WeightInit.Engine.Persistence;

/// <summary>The part of a model file that says which outputs are whose: of networks of several quantiles or several labels only, between the layers and the scales.</summary>
internal static class HeadsSection
{
    public static bool IsIn(NetworkTask task) => task is NetworkTask.Quantiles or NetworkTask.Heads;

    public static void Write(IReadOnlyList<OutputHead> heads, BinaryWriter writer)
    {
        writer.Write(heads.Count);
        foreach (OutputHead head in heads)
        {
            writer.Write(head.Name);
            writer.Write((byte)head.Task);
            writer.Write(head.Outputs);
            writer.Write(head.TargetColumns);
            writer.Write((byte)(head.IsExponential ? 1 : 0));
            foreach (double level in head.Levels)
                writer.Write(level);
        }
    }

    /// <param name="outputs">Of the network.</param>
    /// <exception cref="InvalidDataException">They are none that this library could have written.</exception>
    public static IReadOnlyList<OutputHead> Read(PayloadReader reader, NetworkTask task, int outputs)
    {
        int count = reader.ReadInt32(1, task == NetworkTask.Quantiles ? 1 : outputs, "heads"), left = outputs;
        var heads = new List<OutputHead>();
        for (int i = 0; i < count; i++)
        {
            string name = reader.ReadString();
            var own = (NetworkTask)reader.ReadByte();
            Require(Enum.IsDefined(own) && own != NetworkTask.Heads && (task != NetworkTask.Quantiles || own == task), $"a head of task {(int)own}");
            int width = reader.ReadInt32(1, left, "outputs of a head"), columns = reader.ReadInt32(1, width, "target columns of a head");
            Require(columns == (own is NetworkTask.Regression or NetworkTask.Multilabel ? width : 1), $"{columns} target columns for {width} outputs of task {own}");
            Require(own != NetworkTask.Binary || width == 1, $"{width} outputs for a yes or no");
            byte link = reader.ReadByte();
            Require(link <= (own == NetworkTask.Regression ? 1 : 0), $"link {link} for a head of task {own}");
            double[] levels = own == NetworkTask.Quantiles ? reader.ReadDoubles(width) : [];
            for (int level = 0; level < levels.Length; level++)
                Require(levels[level] > 0 && levels[level] < 1 && (level == 0 || levels[level] > levels[level - 1]), string.Create(CultureInfo.InvariantCulture, $"the quantile level {levels[level]:R}"));
            heads.Add(new OutputHead(name, own, width, columns) { IsExponential = link == 1, Levels = levels });
            left -= width;
        }
        Require(left == 0, $"heads for {outputs - left} of {outputs} outputs");
        return heads;
    }

    static void Require(bool holds, string found)
    {
        if (!holds)
            throw new InvalidDataException($"The network file has {found}: the file is damaged.");
    }
}
