
namespace MLNet.WeightInit.Engine.Data;

/// <summary>Which rows train and which validate: drawn from a keyed stream, class by class for classification.</summary>
internal static class ValidationSplit
{
    /// <param name="classColumn">Target column with the classes; null: rows are drawn without regard to any.</param>
    /// <param name="fraction">Share of the rows kept for validation, 0 … below 1. A class gives its share rounded to the nearest row, and keeps at least one for training.</param>
    /// <returns>Row numbers in ascending order.</returns>
    public static (int[] Training, int[] Validation) Draw(TrainingSet data, int? classColumn, double fraction, long seed)
    {
        int[] order = RowNumbers.Ascending(data.Rows);
        if (fraction <= 0 || data.Rows < 2)
            return (order, []);

        new RandomSource(seed, "split/validation").Shuffle(order);
        int[] sizes = classColumn is { } column ? ClassSizes(data, column) : [data.Rows];
        var wanted = Array.ConvertAll(sizes, size => Math.Min(size - 1, (int)(size * fraction + 0.5)));
        var validates = new bool[data.Rows];
        int taken = 0;
        foreach (int row in order)
        {
            int group = classColumn is { } own ? ClassOf(data, row, own) : 0;
            if (wanted[group] <= 0)
                continue;
            wanted[group]--;
            validates[row] = true;
            taken++;
        }
        var training = new int[data.Rows - taken];
        var validation = new int[taken];
        int nextTraining = 0, nextValidation = 0;
        for (int row = 0; row < validates.Length; row++)
        {
            if (validates[row])
                validation[nextValidation++] = row;
            else
                training[nextTraining++] = row;
        }
        return (training, validation);
    }

    /// <summary>Whether a row belongs to one class: rows of values, and of several labels at once, are drawn without regard to them.</summary>
    public static bool IsByClass(NetworkTask task) => task is NetworkTask.Multiclass or NetworkTask.Binary;

    /// <summary>The class that a target column says.</summary>
    public static int ClassOf(TrainingSet data, int row, int column) => (int)data.Targets[(long)row * data.TargetColumns + column];

    static int[] ClassSizes(TrainingSet data, int column)
    {
        var sizes = new int[2];
        for (int row = 0; row < data.Rows; row++)
        {
            int label = ClassOf(data, row, column);
            if (label >= sizes.Length)
                Array.Resize(ref sizes, label + 1);
            sizes[label]++;
        }
        return sizes;
    }
}
