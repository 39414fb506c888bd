using System.Globalization;
namespace MLNet.WeightInit.Engine.Training.Checkpoints;

/// <summary>Takes what changes while training into a checkpoint, or brings it back: whoever holds such a number or array names it once, for both ways.</summary>
/// <remarks>A part of a training has a method <c>Exchange(StateExchange state)</c> with one line for each of its numbers and arrays. Names are unique in a training, like <c>optimizer/average 1</c>.</remarks>
internal abstract class StateExchange
{
    /// <summary>True where state is brought back, false where it is taken.</summary>
    public abstract bool Restores { get; }

    /// <summary>Floats whose number the network or the data decide.</summary>
    /// <exception cref="InvalidDataException">The checkpoint has another number of them.</exception>
    public abstract void Floats(string name, Span<float> values);

    /// <summary>Numbers that grow in number; bringing them back replaces what the list holds.</summary>
    public abstract void Series(string name, List<double> values);

    /// <exception cref="InvalidDataException">The checkpoint has no number, or several, of that name.</exception>
    public void Number(string name, ref double value)
    {
        List<double> one = [value];
        Series(name, one);
        value = one.Count == 1 ? one[0] : throw new InvalidDataException($"The checkpoint must hold one number '{name}', and holds {one.Count}: the file is damaged.");
    }

    /// <inheritdoc cref="Number"/>
    public void Count(string name, ref int value)
    {
        double number = value;
        Number(name, ref number);
        value = number is >= 0 and <= int.MaxValue && number == Math.Floor(number)
            ? (int)number
            : throw new InvalidDataException(string.Create(CultureInfo.InvariantCulture, $"The checkpoint's '{name}' must be a count, and is {number}: the file is damaged."));
    }
}
