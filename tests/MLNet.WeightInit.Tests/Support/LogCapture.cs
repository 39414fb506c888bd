using Microsoft.ML;
using Microsoft.ML.Runtime;

namespace MLNet.WeightInit.Tests.Support;

/// <summary>What a context wrote to its log while this was in place.</summary>
internal sealed class LogCapture
{
    readonly List<LoggingEventArgs> _messages = [];

    public LogCapture(MLContext context) => context.Log += (_, message) =>
    {
        lock (_messages)
            _messages.Add(message);
    };

    public string[] Warnings => Texts(ChannelMessageKind.Warning);

    public string[] Texts(ChannelMessageKind kind)
    {
        lock (_messages)
            return [.. _messages.Where(message => message.Kind == kind).Select(message => message.Message)];
    }
}
